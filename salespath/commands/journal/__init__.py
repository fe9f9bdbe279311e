"""The decision journal: what is due, what came of earlier decisions; record a decision, show one, say what came of it.

Without a command it lists: reviews, predictions and moves whose day has come, the oldest first, then all decisions with what came
of them. They are kept with the interviews (`salespath interviews --help`), each by its number:

    salespath journal add company.yaml --taken --predict "10 customers" --by 2027-06-30
"""

ALONE = "list"

"""The web page: a workshop on a projector and on the phones of those who take part, and the questionnaire for one."""

"""Tables of companies: files in and out, batch by batch, in bounded memory."""

"""What a mention, a page, an issue and a figure *are*: frozen records, standard library only."""

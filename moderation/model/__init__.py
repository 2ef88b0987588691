"""What a case, a draft, an approval and a post *are*: frozen records, standard library only."""

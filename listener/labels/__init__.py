"""What a mention expresses, by word lists: sentiment, cause, question, idea, compliment, spam."""

"""Pictures for people: colours, figures with captions, files. No torch."""

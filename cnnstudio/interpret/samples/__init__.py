"""The data as the network sees it: features, embeddings, neighbours, mistakes."""

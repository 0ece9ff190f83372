"""The page that shows how a layer computes, place by place."""

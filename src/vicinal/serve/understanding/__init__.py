"""What the view Understand shows: components, variance, the trust of a map, and what fewer bytes cost."""

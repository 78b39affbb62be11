"""What was seen where and when: captured answers of sites, kept as they came, as the ground of every verdict."""

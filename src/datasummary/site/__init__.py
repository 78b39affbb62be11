"""The static site of a public summary, written by ``datasummary publish DIR`` from ``out/public`` alone."""

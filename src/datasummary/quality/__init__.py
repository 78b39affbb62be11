"""``datasummary check``: a public summary is graded by the published quality metrics.

:mod:`~datasummary.quality.metrics` holds the questions, :mod:`~datasummary.quality.reading` the summary as found,
one module for each part of the form answers what the document alone decides, :mod:`~datasummary.quality.recomputed`
what the project's manifests decide, :mod:`~datasummary.quality.online` what the network does, and
:mod:`~datasummary.quality.grading` adds up.
"""

"""Reports of a run: one HTML file, Markdown for a pull request, JUnit for CI, and Inspect's log format."""

"""Words, fonts, vendored assets and page templates; imports nothing of ours."""

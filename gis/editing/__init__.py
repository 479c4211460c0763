"""Draw and change the network and the areas by hand, so that lines stay joined and areas a coverage."""

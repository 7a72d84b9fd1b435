"""Reports of machines: feedback reports and bounces, in every form they are sent in."""

"""From what training leaves behind to cases that can be reviewed: a module for each kind of folder."""

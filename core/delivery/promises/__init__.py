"""The promises of a design, each measured on a data set."""

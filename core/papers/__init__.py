"""Papers of a data set for those who never saw the app: a bundle, Croissant, a data card, parameter value sets."""

"""What each command of the command line does, file in, file out."""

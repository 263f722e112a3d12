"""Invented states of every page: people of area 999999 who do not exist, for screenshots and for tests of the look."""

"""Compositions: frames from data, answers from geo, drawings from maps; a module per noun."""

"""Guided movements: who may do which (the screen), finding one, and the steps. Pure: values in, values out."""

"""The engine typst: a Word template is translated once into a Typst template in which its tags survive."""

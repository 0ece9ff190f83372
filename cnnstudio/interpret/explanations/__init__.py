"""Why a network says what it says: methods, each declared once, and what they work on."""

"""What the kernel can be asked: one module a lane, one function a question.

Arguments are JSON values; answers are JSON values, pydantic models and numpy arrays.
"""

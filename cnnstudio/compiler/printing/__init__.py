"""From a project to PyTorch source: one class a block, with what each class needs to know.

`demand` finds which nodes are needed in each use of a block and which uses can share a class;
`definition` finds, for such a class, constructor arguments and an expression for each number in it
(`symbols` holds expressions and checks them against every use); `constructor` and `forward` print
its two methods, `layout` breaks lines as ruff and black do, `sources` finds what is to be imported
or printed along.
"""

"""The page: ``index.html`` with its proofs beside it, and the same answer as Markdown and in the terminal."""

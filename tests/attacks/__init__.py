"""Makes files of every attack class against PDF signatures, each with the answer that a verifier owes; see README.md."""

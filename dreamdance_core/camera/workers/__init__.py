"""Scripts that process.run_worker starts. They are never imported, and import nothing of this package."""

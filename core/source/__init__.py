"""Real data in: any file becomes one Parquet file known by its SHA-256, its columns, their axes and profile."""

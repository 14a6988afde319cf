"""What the pages are made of: everything that imports streamlit but the pages themselves."""

"""The workspace: sources, designs with their versions, and outputs, as a folder of plain files."""

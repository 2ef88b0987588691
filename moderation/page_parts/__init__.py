"""What each page is fed with: one callable per thing it shows or does, over an open home. The records they fill stand beside the routes."""

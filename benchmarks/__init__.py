"""Speed and accuracy, against peers, on the same input in the same run. Nothing in the project imports this package."""

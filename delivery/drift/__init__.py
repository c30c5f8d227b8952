"""What differs between the code, the state and the cloud, told and never mended."""

"""A stand-in for Pulumi's engine, on the Azure of the one for `az`: it checks what comes before, and makes nothing."""

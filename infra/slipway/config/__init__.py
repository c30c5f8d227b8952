"""The stack file as typed objects, checked whole before the first resource."""

"""What is measured, as checked data: variants, shapes, changes, grown members, repositories, backends."""

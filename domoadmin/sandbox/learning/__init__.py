"""What Domoscio keeps: sessions of tokens, and knowledge graphs."""

"""The field's own things: values, rules, commands, events, errors."""

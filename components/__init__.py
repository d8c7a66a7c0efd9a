"""Where the assistant plugs into Rasa: importer, graph components, speaker, input channel, tracker store."""

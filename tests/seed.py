"""The six turns of the conversation that the tutor began with, as a learner typed them."""

SEED = (
    "Is back propagation tweaking the weights connecting two nodes in a basic neural network, to obtain the least loss?",
    "Tell me more technical details I should know and understand and internalize",
    "1. How does chain rule get involved in all of this?\n2. What are some common implementations of backpropagation?\n"
    "3. What stage of implementing an ML model solution is backpropagation used?",
    "Translate this into French",
    "Pourquoi est-ce qu'il y a des couches cachées?",
    "Avec chaque couche ajouté dans un modèle, combien de temps extra est-ce que ça va prendre pour compléter "
    "l'entraînement du modèle?",
)

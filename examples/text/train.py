#!/usr/bin/env python3
"""Trains the example's model: train.py languages.onnx

Needs scikit-learn and skl2onnx; languages.onnx is what it wrote. Sentences in
five languages are told apart by how often which letters follow each other.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import sys

from skl2onnx import to_onnx
from skl2onnx.common.data_types import StringTensorType
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

SENTENCES = {
    "English": """\
the weather is nice today and we are going to the park
she has been reading that book for three weeks
what time does the next train to the city leave
I would like a cup of tea with milk please
they built this bridge more than a hundred years ago
could you tell me where the library is
nothing is better than a long walk in the morning
he forgot his keys and had to wait outside
the children were playing in the garden behind the house
we should have left earlier because of the traffic
there is something strange about this old photograph
everybody knows that this will not be easy
our neighbours are moving to another town next month
you can find the answer on the last page
it was raining when I woke up this morning""",
    "Deutsch": """\
das Wetter ist heute schön und wir gehen in den Park
sie liest dieses Buch schon seit drei Wochen
wann fährt der nächste Zug in die Stadt
ich hätte gern eine Tasse Tee mit Milch bitte
diese Brücke wurde vor mehr als hundert Jahren gebaut
können Sie mir sagen wo die Bibliothek ist
nichts ist besser als ein langer Spaziergang am Morgen
er hat seine Schlüssel vergessen und musste draußen warten
die Kinder spielten im Garten hinter dem Haus
wir hätten wegen des Verkehrs früher losfahren sollen
an diesem alten Foto ist etwas seltsam
jeder weiß dass das nicht einfach wird
unsere Nachbarn ziehen nächsten Monat in eine andere Stadt
die Antwort steht auf der letzten Seite
es regnete als ich heute Morgen aufwachte""",
    "français": """\
il fait beau aujourd'hui et nous allons au parc
elle lit ce livre depuis trois semaines
à quelle heure part le prochain train pour la ville
je voudrais une tasse de thé avec du lait s'il vous plaît
ce pont a été construit il y a plus de cent ans
pouvez-vous me dire où se trouve la bibliothèque
rien ne vaut une longue promenade le matin
il a oublié ses clés et a dû attendre dehors
les enfants jouaient dans le jardin derrière la maison
nous aurions dû partir plus tôt à cause de la circulation
il y a quelque chose d'étrange sur cette vieille photo
tout le monde sait que ce ne sera pas facile
nos voisins déménagent dans une autre ville le mois prochain
vous trouverez la réponse à la dernière page
il pleuvait quand je me suis réveillé ce matin""",
    "español": """\
hoy hace buen tiempo y vamos al parque
ella lleva tres semanas leyendo ese libro
a qué hora sale el próximo tren a la ciudad
quisiera una taza de té con leche por favor
este puente fue construido hace más de cien años
puede decirme dónde está la biblioteca
nada es mejor que un largo paseo por la mañana
olvidó sus llaves y tuvo que esperar fuera
los niños jugaban en el jardín detrás de la casa
deberíamos haber salido antes por el tráfico
hay algo extraño en esta vieja fotografía
todo el mundo sabe que no será fácil
nuestros vecinos se mudan a otra ciudad el mes que viene
encontrará la respuesta en la última página
llovía cuando me desperté esta mañana""",
    "italiano": """\
oggi il tempo è bello e andiamo al parco
lei legge quel libro da tre settimane
a che ora parte il prossimo treno per la città
vorrei una tazza di tè con il latte per favore
questo ponte è stato costruito più di cento anni fa
può dirmi dove si trova la biblioteca
niente è meglio di una lunga passeggiata al mattino
ha dimenticato le chiavi e ha dovuto aspettare fuori
i bambini giocavano nel giardino dietro la casa
saremmo dovuti partire prima a causa del traffico
c'è qualcosa di strano in questa vecchia fotografia
tutti sanno che non sarà facile
i nostri vicini si trasferiscono in un'altra città il mese prossimo
troverete la risposta nell'ultima pagina
pioveva quando mi sono svegliato stamattina""",
}


def main():
    texts, labels = [], []
    for label, lines in SENTENCES.items():
        for line in lines.splitlines():
            texts.append(line.lower())
            labels.append(label)
    model = make_pipeline(
        CountVectorizer(analyzer="char", ngram_range=(1, 2)),
        MultinomialNB(alpha=0.1))
    model.fit(texts, labels)
    graph = to_onnx(model, initial_types=[("text", StringTensorType([None]))],
                    options={id(model): {"zipmap": False}}, target_opset=21)
    with open(sys.argv[1], "wb") as file:
        file.write(graph.SerializeToString())


if __name__ == "__main__":
    main()

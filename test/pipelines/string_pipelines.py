"""Tables with columns of strings, texts, and classes that are strings.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses

import numpy as np
import pandas
from sklearn import ensemble, feature_extraction, linear_model, naive_bayes
from sklearn import neighbors, preprocessing, svm, tree
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer

from pipeline_case import PROBABILITIES, ROWS, Pipeline, join, make_classes

text = feature_extraction.text
COLOURS = ["red", "green", "blue", "dark blue", ""]
CITIES = ["Oslo", "Zürich", "Kraków", "東京"]
NAMES = np.array(["cat", "owl", "mäuse"], object)
SENTENCES = """\
the quick brown fox jumps over the lazy dog
a lazy dog sleeps, and sleeps all day
Quick thinking saved the brown fox again
no fox is as quick as this one
dogs and cats, cats and dogs
the owl watches over sleeping cats at night
an owl is awake when dogs sleep
night after night the brown owl calls
who calls the cats in at night
all day the quick cats chase a fox
one fox, two foxes, three brown foxes
the day after, no dog was seen again""".splitlines()


@dataclasses.dataclass
class Columns(Pipeline):
    """A table whose columns are inputs of their own."""

    def fit(self):
        random = np.random.RandomState(5)
        count = 120
        table = pandas.DataFrame({
            "size": random.standard_normal(count).astype(np.float32),
            "age": random.randint(1, 90, count).astype(np.float32),
            "colour": random.choice(np.array(COLOURS, object), count),
            "city": random.choice(np.array(CITIES, object), count)})
        target = (table["size"] + (table["colour"] == "red")
                  + 0.02 * table["age"] - (table["city"] == "東京"))
        classes = NAMES[np.digitize(target, [0.5, 1.5])]
        self.model.fit(table, classes)
        return self.model, table[::count // ROWS][:ROWS]

    def name_inputs(self, rows):
        return {name: rows[[name]].to_numpy(
            object if rows[name].dtype.kind not in "f" else np.float32)
            for name in rows.columns}


@dataclasses.dataclass
class Words(Pipeline):
    """Texts, a list of strings."""

    def fit(self):
        texts = np.array(SENTENCES, object)
        about = ["fox", "dog", "fox", "fox", "dog", "owl", "owl", "owl", "cat",
                 "cat", "fox", "dog"]
        self.model.fit(texts, about)
        return self.model, texts[:ROWS]

    def name_inputs(self, rows):
        return {"text": rows}

    def evaluate(self, model, rows):
        return [result.toarray() if hasattr(result, "toarray") else result
                for result in super().evaluate(model, rows)]


@dataclasses.dataclass
class Named(Pipeline):
    """Numbers, and classes that are strings."""

    def fit(self):
        table, target = make_classes(3)
        self.model.fit(table, NAMES[target])
        return self.model, table[::len(table) // ROWS][:ROWS] + np.float32(0.01)


def of(kind, name, *steps, gives=PROBABILITIES, **more):
    options = {} if gives == ("transform",) else {"zipmap": False}
    return kind(name, "", gives, join(steps), options=options or None, **more)


def encoded(model, *more):
    return ColumnTransformer([
        ("numbers", preprocessing.StandardScaler(), ["size", "age"]),
        ("words", model, ["colour", "city"]), *more])


def logistic():
    return linear_model.LogisticRegression(max_iter=500)


ONE_HOT = {"sparse_output": False, "handle_unknown": "ignore"}
CASES = [
    of(Columns, "columns_of_strings",
       encoded(preprocessing.OneHotEncoder(**ONE_HOT)), logistic()),
    of(Columns, "columns_of_strings_forest",
       encoded(preprocessing.OrdinalEncoder()),
       ensemble.RandomForestClassifier(10, max_depth=4, random_state=0)),
    of(Columns, "columns_of_strings_encoded",
       encoded(preprocessing.OneHotEncoder(**ONE_HOT)), gives=("transform",)),
    of(Columns, "columns_of_strings_imputed",
       ColumnTransformer([
           ("numbers", SimpleImputer(), ["size", "age"]),
           ("words", preprocessing.OneHotEncoder(**ONE_HOT),
            ["colour", "city"])]), tree.DecisionTreeClassifier(max_depth=4)),
    of(Words, "words_counted", text.CountVectorizer(lowercase=False),
       gives=("transform",)),
    of(Words, "words_in_small_letters", text.CountVectorizer(), logistic()),
    of(Words, "words_weighted", text.TfidfVectorizer(lowercase=False),
       gives=("transform",)),
    of(Words, "words_in_pairs", text.TfidfVectorizer(ngram_range=(1, 2)),
       logistic()),
    of(Words, "words_without_stop_words",
       text.TfidfVectorizer(stop_words=["the", "a", "an"]),
       naive_bayes.MultinomialNB()),
    of(Words, "words_letters",
       text.CountVectorizer(analyzer="char", ngram_range=(1, 2)), logistic()),
    of(Words, "words_boosting", text.CountVectorizer(),
       ensemble.GradientBoostingClassifier(n_estimators=5, random_state=0)),
    of(Named, "named_tree", tree.DecisionTreeClassifier(max_depth=5)),
    of(Named, "named_forest",
       ensemble.RandomForestClassifier(10, max_depth=4, random_state=0)),
    of(Named, "named_boosting",
       ensemble.GradientBoostingClassifier(n_estimators=5, random_state=0)),
    of(Named, "named_histograms",
       ensemble.HistGradientBoostingClassifier(max_iter=5, random_state=0)),
    of(Named, "named_logistic", logistic()),
    of(Named, "named_svm", svm.SVC(probability=True)),
    of(Named, "named_bayes", naive_bayes.GaussianNB()),
    of(Named, "named_neighbours", neighbors.KNeighborsClassifier(5)),
    of(Named, "named_bagging", ensemble.BaggingClassifier(
        tree.DecisionTreeClassifier(max_depth=3), 5, random_state=0)),
]

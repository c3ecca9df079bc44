"""Trees and ensembles of them.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from sklearn import ensemble, tree
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor

from pipeline_case import SCORES, Pipeline, classifier, regressor

SIZE = {"n_estimators": 10, "max_depth": 4, "random_state": 0}
FEW = {"n_estimators": 8, "random_state": 0}


def forest():
    return ensemble.RandomForestClassifier(**SIZE)


def trees():
    return ensemble.RandomForestRegressor(**SIZE)


def logistic():
    return LogisticRegression(max_iter=300)


def histograms():
    return ensemble.HistGradientBoostingClassifier(max_iter=8)


CLASSIFIERS = [
    classifier("tree", tree.DecisionTreeClassifier(max_depth=4)),
    classifier("tree_two", tree.DecisionTreeClassifier(max_depth=4),
               data="two"),
    classifier("tree_extra", tree.ExtraTreeClassifier(max_depth=4)),
    classifier("forest", forest()),
    classifier("forest_two", forest(), data="two"),
    classifier("forest_five", forest(), data="five"),
    classifier("forest_extra", ensemble.ExtraTreesClassifier(**SIZE)),
    classifier("boosting", ensemble.GradientBoostingClassifier(**FEW)),
    classifier("boosting_two", ensemble.GradientBoostingClassifier(**FEW),
               data="two"),
    classifier("histograms", histograms()),
    classifier("histograms_two", histograms(), data="two"),
    classifier("histograms_missing", histograms(), data="missing"),
    classifier("ada_boost", ensemble.AdaBoostClassifier(**FEW)),
    classifier("bagging", ensemble.BaggingClassifier(**FEW)),
    classifier("forest_calibrated", CalibratedClassifierCV(forest(), cv=2)),
    classifier("forest_ovr", OneVsRestClassifier(forest())),
    classifier("forest_stacked", ensemble.StackingClassifier(
        [("a", forest()), ("b", logistic())], logistic(), cv=2), data="two"),
    classifier("forest_voting", ensemble.VotingClassifier(
        [("a", forest()), ("b", logistic())], voting="soft",
        flatten_transform=False)),
]

CASES = CLASSIFIERS + [
    regressor("tree_regressor", tree.DecisionTreeRegressor(max_depth=4)),
    regressor("tree_targets", tree.DecisionTreeRegressor(max_depth=4),
              data="pairs"),
    regressor("forest_regressor", trees()),
    regressor("forest_targets", MultiOutputRegressor(trees()), data="pairs"),
    regressor("boosting_regressor",
              ensemble.GradientBoostingRegressor(**FEW)),
    regressor("histograms_regressor",
              ensemble.HistGradientBoostingRegressor(max_iter=8)),
    regressor("forest_stacked_regressor", ensemble.StackingRegressor(
        [("a", trees()), ("b", Ridge())], Ridge(), cv=2)),
    Pipeline("isolation_forest", "two", SCORES,
             ensemble.IsolationForest(max_samples=32, **FEW)),
]

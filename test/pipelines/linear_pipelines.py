"""Linear models and support vector machines.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
from sklearn import discriminant_analysis, svm
from sklearn import linear_model as linear
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, StackingRegressor
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor
from sklearn.preprocessing import StandardScaler

from pipeline_case import SCORES, Pipeline, classifier, regressor

RAW = {"raw_scores": True}
LABELS = ("predict",)


def logistic(**options):
    return linear.LogisticRegression(max_iter=300, **options)


def machine(**options):
    return svm.SVC(random_state=0, **options)


def scaled(name, model, data="numbers"):
    return regressor(name, StandardScaler(), model, data=data)


CLASSIFIERS = [
    classifier("logistic_two", StandardScaler(), logistic(), data="two"),
    classifier("logistic_three", StandardScaler(), logistic()),
    classifier("logistic_double", StandardScaler(), logistic(),
               dtype=np.float64),
    classifier("logistic_zipmap", logistic(), options={"zipmap": True}),
    classifier("logistic_raw", logistic(), gives=SCORES, options=RAW),
    classifier("logistic_ovr", OneVsRestClassifier(logistic())),
    classifier("logistic_calibrated", CalibratedClassifierCV(logistic(), cv=2)),
    classifier("svc_calibrated_isotonic", CalibratedClassifierCV(
        svm.LinearSVC(), cv=2, method="isotonic"), data="two"),
    classifier("sgd_log", StandardScaler(),
               linear.SGDClassifier(loss="log_loss", random_state=0)),
    classifier("perceptron", linear.Perceptron(random_state=0), data="two",
               gives=LABELS),
    classifier("ridge_classifier", linear.RidgeClassifier(), gives=SCORES,
               options=RAW),
    classifier("linear_discriminants",
               discriminant_analysis.LinearDiscriminantAnalysis()),
    classifier("quadratic_discriminants",
               discriminant_analysis.QuadraticDiscriminantAnalysis(
                   reg_param=0.1)),
    classifier("voting_soft", VotingClassifier(
        [("a", logistic()), ("b", logistic(C=0.1))], voting="soft",
        flatten_transform=False)),
    classifier("stacking_logistic", StackingClassifier(
        [("a", logistic()), ("b", logistic(C=0.01))], logistic(), cv=2),
        data="two"),
]

REGRESSORS = [
    scaled("linear", linear.LinearRegression()),
    scaled("linear_targets", linear.LinearRegression(), "pairs"),
    scaled("ridge", linear.Ridge()),
    scaled("lasso", linear.Lasso(alpha=0.05)),
    scaled("elastic_net", linear.ElasticNet(alpha=0.05)),
    scaled("bayesian_ridge", linear.BayesianRidge()),
    scaled("huber", linear.HuberRegressor(max_iter=500)),
    scaled("poisson", linear.PoissonRegressor(), "positive"),
    scaled("tweedie", linear.TweedieRegressor(power=1.5), "positive"),
    scaled("ridges", MultiOutputRegressor(linear.Ridge()), "pairs"),
    scaled("voting_regressor", VotingRegressor(
        [("a", linear.Ridge()), ("b", linear.Lasso(alpha=0.1))])),
    scaled("stacking_regressor", StackingRegressor(
        [("a", linear.Ridge()), ("b", linear.Lasso(alpha=0.1))],
        linear.Ridge(), cv=2)),
]

MACHINES = [
    Pipeline("linear_svc", "three", SCORES, svm.LinearSVC(), RAW),
    classifier("svc_votes", machine(), gives=LABELS),
    classifier("svc_five", machine(), gives=LABELS, data="five"),
    classifier("svc_poly", machine(kernel="poly", degree=3), gives=LABELS,
               data="two"),
    classifier("svc_sigmoid", StandardScaler(), machine(kernel="sigmoid"),
               gives=LABELS),
    classifier("svc_linear", machine(kernel="linear"), gives=LABELS),
    classifier("svc_probabilities", StandardScaler(),
               machine(probability=True), tolerance=1e-3),
    classifier("svc_probabilities_five", StandardScaler(),
               machine(probability=True), tolerance=1e-3, data="five"),
    classifier("nu_svc", svm.NuSVC(nu=0.3, probability=True, random_state=0),
               tolerance=1e-2, data="two"),
    classifier("svc_one_vs_one", OneVsOneClassifier(svm.LinearSVC()),
               gives=LABELS),
    scaled("svr_rbf", svm.SVR(C=10)),
    scaled("svr_poly", svm.SVR(kernel="poly", degree=2)),
    scaled("svr_linear", svm.SVR(kernel="linear")),
    scaled("nu_svr", svm.NuSVR()),
    scaled("linear_svr", svm.LinearSVR()),
    Pipeline("one_class_svm", "two", SCORES, svm.OneClassSVM(nu=0.2)),
]

CASES = CLASSIFIERS + REGRESSORS + MACHINES

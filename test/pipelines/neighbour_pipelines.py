"""Models of distances and densities: neighbours, clusters, Gaussian processes,
naive Bayes; and neural networks.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import numpy as np
from sklearn import cluster, mixture, naive_bayes, neighbors, neural_network
from sklearn.gaussian_process import GaussianProcessRegressor, kernels
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from pipeline_case import PROBABILITIES, Pipeline, classifier, regressor


def process(name, kernel):
    return regressor(name, GaussianProcessRegressor(kernel, alpha=0.1),
                     dtype=np.float64)


def clusters(name, model):
    return Pipeline(name, "two", ("predict", "transform"), model,
                    tolerance=1e-3)


CASES = [
    clusters("kmeans", cluster.KMeans(4, random_state=0, n_init=2)),
    clusters("kmeans_batches",
             cluster.MiniBatchKMeans(3, random_state=0, n_init=2)),
    classifier("neighbours_classifier", neighbors.KNeighborsClassifier(5)),
    classifier("neighbours_manhattan", neighbors.KNeighborsClassifier(3, p=1)),
    classifier("neighbours_scaled", MinMaxScaler(),
               neighbors.KNeighborsClassifier(7)),
    regressor("neighbours_regressor", neighbors.KNeighborsRegressor(4)),
    regressor("neighbours_targets", neighbors.KNeighborsRegressor(4),
              data="pairs"),
    process("process_rbf", 1.0 * kernels.RBF(2.0)),
    process("process_quadratic", kernels.RationalQuadratic()),
    process("process_matern", kernels.Matern(nu=1.5)),
    process("process_linear", kernels.DotProduct() + kernels.WhiteKernel()),
    Pipeline("gaussian_mixture", "two", PROBABILITIES,
             mixture.GaussianMixture(3, random_state=0), tolerance=1e-3),
    classifier("bayes_gaussian", naive_bayes.GaussianNB(), tolerance=1e-3),
    classifier("bayes_multinomial", naive_bayes.MultinomialNB(),
               data="counts"),
    classifier("bayes_bernoulli", naive_bayes.BernoulliNB(binarize=2.5),
               data="counts"),
    classifier("bayes_complement", naive_bayes.ComplementNB(), data="counts"),
    classifier("bayes_categorical", naive_bayes.CategoricalNB(),
               data="categories"),
    classifier("network_classifier", StandardScaler(),
               neural_network.MLPClassifier((16, 8), max_iter=60,
                                            random_state=0)),
    classifier("network_two", neural_network.MLPClassifier(
        (8,), activation="tanh", max_iter=60, random_state=0), data="two"),
    regressor("network_regressor", StandardScaler(),
              neural_network.MLPRegressor(
                  hidden_layer_sizes=(16,), activation="logistic", max_iter=60,
                  random_state=0)),
]

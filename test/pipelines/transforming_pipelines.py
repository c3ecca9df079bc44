"""Transformers of tables: scalers, encoders, decompositions, imputers.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
from sklearn import cross_decomposition, decomposition, feature_selection
from sklearn import preprocessing
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import FeatureUnion

from pipeline_case import classifier, regressor, transformer


def logistic():
    return LogisticRegression(max_iter=300)


CASES = [
    transformer("scaler_standard", preprocessing.StandardScaler()),
    transformer("scaler_min_max", preprocessing.MinMaxScaler(clip=True)),
    transformer("scaler_max_abs", preprocessing.MaxAbsScaler()),
    transformer("scaler_robust", preprocessing.RobustScaler()),
    transformer("scaler_integers", preprocessing.StandardScaler(),
                data="categories"),
    transformer("normalizer_l1", preprocessing.Normalizer("l1")),
    transformer("normalizer_l2", preprocessing.Normalizer("l2")),
    transformer("binarizer", preprocessing.Binarizer(threshold=0.2)),
    transformer("bins_ordinal", preprocessing.KBinsDiscretizer(
        4, encode="ordinal", strategy="uniform")),
    transformer("bins_one_hot", preprocessing.KBinsDiscretizer(
        3, encode="onehot-dense", strategy="uniform")),
    transformer("power", preprocessing.PowerTransformer()),
    transformer("polynomials", preprocessing.PolynomialFeatures(3)),
    transformer("pca_whitened", decomposition.PCA(3, whiten=True)),
    transformer("truncated_svd", decomposition.TruncatedSVD(3)),
    transformer("kernel_pca", decomposition.KernelPCA(3, kernel="rbf")),
    transformer("encoder_one_hot", preprocessing.OneHotEncoder(
        sparse_output=False, handle_unknown="ignore"), data="categories"),
    transformer("encoder_ordinal", preprocessing.OrdinalEncoder(),
                data="categories"),
    transformer("imputer_mean", SimpleImputer(), data="missing"),
    transformer("imputer_constant", SimpleImputer(
        strategy="constant", fill_value=-1), data="missing"),
    transformer("union", FeatureUnion([
        ("scaled", preprocessing.StandardScaler()),
        ("components", decomposition.PCA(2))])),
    transformer("selected", feature_selection.SelectKBest(k=3)),
    transformer("variance", feature_selection.VarianceThreshold(0.8)),
    classifier("pca_logistic", preprocessing.StandardScaler(),
               decomposition.PCA(4), logistic()),
    regressor("polynomials_linear", preprocessing.PolynomialFeatures(2),
              LinearRegression()),
    classifier("categories_logistic",
               preprocessing.OneHotEncoder(sparse_output=False), logistic(),
               data="categories"),
    classifier("columns_logistic", ColumnTransformer([
        ("scaled", preprocessing.StandardScaler(), [0, 1, 2]),
        ("ranged", preprocessing.MinMaxScaler(), [3, 4])],
        remainder="passthrough"), logistic()),
    classifier("imputed_logistic", SimpleImputer(strategy="median"),
               preprocessing.StandardScaler(), logistic(), data="missing"),
    regressor("partial_least_squares", cross_decomposition.PLSRegression(2)),
]

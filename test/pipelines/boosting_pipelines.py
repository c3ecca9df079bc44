"""Ensembles of XGBoost, LightGBM and CatBoost, as onnxmltools and CatBoost
itself write them.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os
import tempfile

import catboost
import lightgbm
import onnx
import onnxmltools
import xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from onnxmltools.convert.lightgbm.operator_converters import LightGbm
from onnxmltools.convert.xgboost.operator_converters import XGBoost
from skl2onnx import update_registered_converter
from skl2onnx.common import shape_calculator
from sklearn.preprocessing import StandardScaler

from pipeline_case import PROBABILITIES, Pipeline, classifier

# Older than those of scikit-learn: what these exporters write today.
OPSET = 15
VALUES = ("predict",)
SIZE = {"n_estimators": 10, "max_depth": 4, "random_state": 0}
LEAVES = {"num_leaves": 12, "min_child_samples": 5, "verbose": -1, **SIZE}
CAT = {"iterations": 10, "depth": 4, "random_seed": 0, "verbose": False,
       "allow_writing_files": False}
GROUPS = {"group": [10] * 12}


def convert(converter, model, rows, **more):
    types = [("X", FloatTensorType([None, rows.shape[1]]))]
    return converter(model, initial_types=types, target_opset=OPSET, **more)


def export_xgboost(model, rows):
    return convert(onnxmltools.convert_xgboost, model, rows)


def export_ranker(model, rows):
    """onnxmltools has no converter for it: it predicts as a regressor does."""
    settings = dict(model.get_params(), objective="reg:squarederror")
    regressor = xgboost.XGBRegressor(**settings)
    regressor._Booster = model.get_booster()
    return export_xgboost(regressor, rows)


def export_lightgbm(model, rows):
    return convert(onnxmltools.convert_lightgbm, model, rows, zipmap=False)


def export_catboost(model, rows):
    del rows
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.onnx")
        model.save_model(path, format="onnx")
        return onnx.load(path)


def extreme(name, kind, data, gives=PROBABILITIES, export=export_xgboost,
            fitting=None, **settings):
    return Pipeline(name, data, gives, kind(**{**SIZE, **settings}),
                    export=export, fitting=fitting)


def light(name, kind, data, gives=PROBABILITIES, fitting=None, **settings):
    return Pipeline(name, data, gives, kind(**{**LEAVES, **settings}),
                    export=export_lightgbm, fitting=fitting)


def cat(name, kind, data, gives=PROBABILITIES, **settings):
    return Pipeline(name, data, gives, kind(**{**CAT, **settings}),
                    export=export_catboost)


def within(name, model, alias, converter):
    """Behind a scaler, in a pipeline of scikit-learn."""
    update_registered_converter(
        type(model), alias,
        shape_calculator.calculate_linear_classifier_output_shapes, converter,
        options={"nocl": [True, False], "zipmap": [True, False, "columns"]})
    case = classifier(name, StandardScaler(), model)
    case.opsets = {"": OPSET, "ai.onnx.ml": 3}
    return case


CASES = [
    extreme("xgboost_two", xgboost.XGBClassifier, "two"),
    extreme("xgboost_three", xgboost.XGBClassifier, "three"),
    extreme("xgboost_missing", xgboost.XGBClassifier, "missing"),
    extreme("xgboost_forest", xgboost.XGBRFClassifier, "two"),
    # The exporter gives trees to other classes than XGBoost does.
    extreme("xgboost_forest_three", xgboost.XGBRFClassifier, "three", ()),
    extreme("xgboost_leaves", xgboost.XGBClassifier, "five", max_depth=0,
            max_leaves=9, grow_policy="lossguide"),
    extreme("xgboost_regressor", xgboost.XGBRegressor, "numbers", VALUES),
    extreme("xgboost_missing_regressor", xgboost.XGBRegressor, "missing",
            VALUES),
    extreme("xgboost_forest_regressor", xgboost.XGBRFRegressor, "numbers",
            VALUES),
    extreme("xgboost_poisson", xgboost.XGBRegressor, "counts", VALUES,
            objective="count:poisson"),
    extreme("xgboost_gamma", xgboost.XGBRegressor, "positive", VALUES,
            objective="reg:gamma"),
    extreme("xgboost_ranker", xgboost.XGBRanker, "queries", VALUES,
            export_ranker, GROUPS),
    within("xgboost_scaled", xgboost.XGBClassifier(**SIZE), "XGBoost",
           XGBoost.convert_xgboost),
    light("lightgbm_two", lightgbm.LGBMClassifier, "two"),
    light("lightgbm_three", lightgbm.LGBMClassifier, "three"),
    light("lightgbm_missing", lightgbm.LGBMClassifier, "missing"),
    light("lightgbm_dart", lightgbm.LGBMClassifier, "two",
          boosting_type="dart"),
    # The exporter divides the sum of these trees once more than LightGBM does.
    light("lightgbm_forest", lightgbm.LGBMClassifier, "two", (),
          boosting_type="rf", bagging_freq=1, bagging_fraction=0.7),
    light("lightgbm_forest_regressor", lightgbm.LGBMRegressor, "numbers", (),
          boosting_type="rf", bagging_freq=1, bagging_fraction=0.7),
    light("lightgbm_categories", lightgbm.LGBMClassifier, "marked",
          fitting={"categorical_feature": [0, 1]}, min_data_per_group=1,
          cat_smooth=1),
    light("lightgbm_categories_regressor", lightgbm.LGBMRegressor, "marked",
          VALUES, fitting={"categorical_feature": [0, 1]},
          min_data_per_group=1, cat_smooth=1),
    light("lightgbm_regressor", lightgbm.LGBMRegressor, "numbers", VALUES),
    light("lightgbm_missing_regressor", lightgbm.LGBMRegressor, "missing",
          VALUES),
    light("lightgbm_poisson", lightgbm.LGBMRegressor, "counts", VALUES,
          objective="poisson"),
    light("lightgbm_ranker", lightgbm.LGBMRanker, "queries", VALUES, GROUPS),
    within("lightgbm_scaled", lightgbm.LGBMClassifier(**LEAVES), "LightGBM",
           LightGbm.convert_lightgbm),
    cat("catboost_two", catboost.CatBoostClassifier, "two"),
    cat("catboost_three", catboost.CatBoostClassifier, "three"),
    cat("catboost_missing", catboost.CatBoostClassifier, "missing"),
    cat("catboost_regressor", catboost.CatBoostRegressor, "numbers", VALUES),
    cat("catboost_missing_regressor", catboost.CatBoostRegressor, "missing",
        VALUES),
    cat("catboost_poisson", catboost.CatBoostRegressor, "counts", (),
        loss_function="Poisson"),
]

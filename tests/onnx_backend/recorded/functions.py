"""Models with functions of their own, in ONNX's own words."""
import numpy as np

_HEAD = '<ir_version: 10, opset_import: ["" : {}, "of.here" : 1, "b" : 1]> main (float[2,5] x) => (float[2,5] y)\n'


def told(graph: str, *functions: str, opset: int = 21) -> str:
    return _HEAD.format(opset) + graph + "\n" + "\n".join(functions)


def function(signature: str, body: str, attributes: str = "", opset: int = 21, domain: str = "of.here",
             overload: str = "") -> str:
    return '<domain: "{}", opset_import: ["" : {}, "of.here" : 1, "b" : 1]{}>\n{}\n{{ {} }}'.format(
        domain, opset, ', overload: "{}"'.format(overload) if overload else "",
        signature.replace("(", attributes + " (", 1), body)


SCALED = function("scaled (a) => (b)", "k = Constant <value_float: float = @by> ()  b = Mul (a, k)", "<by: float = 3.0>")
MODELS = {
    "default": told("{ y = of.here.scaled (x) }", SCALED),
    "attribute": told("{ t = of.here.scaled <by = -0.5> (x)  y = of.here.scaled (t) }", SCALED),
    "names_alike": told("{ k = Neg (x)  b = of.here.scaled <by = 2.0> (k)  a = of.here.scaled (b)  y = Add (a, k) }", SCALED),
    "nested": told(
        "{ y = of.here.outer <times = 0.7> (x) }", SCALED,
        function("outer (a) => (c)", "b = of.here.scaled <by: float = @times> (a)  d = b.same (b)  c = Add (a, d)", "<times>"),
        function("same (a) => (b)", "b = of.here.scaled (a)", domain="b")),
    "absent_input": told("{ y = of.here.limited (x, , h) }".replace("{", "<float h = {0.4}> {"),
                         function("limited (a, low, high) => (b)", "b = Clip (a, low, high)")),
    "fewer_inputs": told("<float l = {-0.2}> { y = of.here.limited (x, l) }",
                         function("limited (a, low, high) => (b)", "b = Clip (a, low, high)")),
    "fewer_outputs": told("{ y = of.here.two (x) }", function("two (a) => (n, p)", "n = Neg (a)  p = Exp (n)")),
    "handed_through": told("{ p, q, r = of.here.both (x)  t = Add (p, q)  y = Sub (t, r) }",
                           function("both (a) => (a, n, n)", "n = Exp (a)")),
    "absent_attribute": told("{ t = of.here.kept (x)  s = of.here.kept <axis = 0> (t)  y = Add (t, s) }",
                             function("kept (a) => (b)", "b = Softmax <axis: int = @axis> (a)", "<axis>")),
    "older_opset": told("{ y = of.here.old (x) }", function("old (a) => (b)", "c = Neg (a)  b = Relu (c)", opset=15)),
    "branch": told(
        "{ s = Shape (x)  i = Constant <value_ints = [0]> ()  n = Gather (s, i)  two = Constant <value_ints = [2]> ()"
        " c = Equal (n, two)  y = If (c) <then_branch = g1 () => (z) { k = Exp (x) z = of.here.scaled (k) },"
        " else_branch = g2 () => (z) { z = Neg (x) }> }", SCALED),
    "branch_inside": told(
        "{ k = Neg (x)  y = of.here.chosen <by = 2.5> (k) }", SCALED,
        function("chosen (a) => (z)", "m = ReduceMean <keepdims = 0> (a)  o = Constant <value_float = 0.0> ()  c = Greater (m, o)"
                 " k = Exp (a)  z = If (c) <then_branch = g1 () => (w) { w = of.here.scaled <by: float = @by> (k) },"
                 " else_branch = g2 () => (w) { t = Neg (a)  w = Add (t, k) }>", "<by>")),
    "overloads": told("{ t = of.here.f:one (x)  s = of.here.f:two (t)  y = of.here.f (s) }",
                      function("f (a) => (b)", "b = Exp (a)", overload="one"),
                      function("f (a) => (b)", "b = Neg (a)", overload="two"),
                      function("f (a) => (b)", "b = Tanh (a)")),
}
X = np.random.RandomState(5).randn(2, 5).astype(np.float32)

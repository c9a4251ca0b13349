"""onnxruntime in Python, as npm run accuracy asks it: models of one operation each."""

import onnxruntime as ort

from exchange import Exchange, answer

OPTIONS = ort.SessionOptions()
OPTIONS.intra_op_num_threads = 1


class Peer:
    def about(self):
        return {"version": ort.__version__, "threads": 1, "biasedRunningVar": True}

    def run(self, model, inputs, outputs, **question):
        case = Exchange(**question)
        session = ort.InferenceSession(model, OPTIONS, providers=["CPUExecutionProvider"])
        feeds = {name: case.array(name).reshape(shape) for name, shape in inputs.items()}
        return case.save(**dict(zip(outputs, session.run(list(outputs.values()), feeds))))


answer(Peer())

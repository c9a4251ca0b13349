import { ArgumentError, DTypeError, ones, Parameter, ShapeError, Tensor, zeros } from 'batchnorm';

test('a parameter is a tensor over the memory it is given', () => {
  const data = new Float32Array([1, 2]);
  const parameter = new Parameter({ data, shape: [2] });
  expect(parameter).toBeInstanceOf(Tensor);
  expect(parameter.data).toBe(data);
  expect(parameter.grad).toBeNull();
  expect(new Parameter(ones([2, 3, 4], { memoryFormat: 'channelsLast' })).memoryFormat).toBe(
    'channelsLast',
  );
});

test('its clone is a plain tensor', () => {
  expect(new Parameter(ones([2])).clone()).not.toBeInstanceOf(Parameter);
});

describe('grad', () => {
  test('takes a tensor of the same shape and dtype, or null', () => {
    const parameter = new Parameter(ones([2]));
    const grad = zeros([2]);
    parameter.grad = grad;
    expect(parameter.grad).toBe(grad);
    parameter.grad = null;
    expect(parameter.grad).toBeNull();
  });

  test('refuses the rest and keeps what it had', () => {
    const parameter = new Parameter(ones([2]));
    const grad = zeros([2]);
    parameter.grad = grad;
    const assign = (value: unknown) => () => {
      parameter.grad = value as Tensor<'float32'>;
    };
    expect(assign(zeros([3]))).toThrow(
      new ShapeError('assigned grad has data of a different size: expected [2], got [3]'),
    );
    expect(assign(zeros([2, 1]))).toThrow(ShapeError);
    const column = new Parameter(ones([2, 1]));
    expect(() => {
      column.grad = zeros([2]);
    }).toThrow(ShapeError);
    expect(assign(zeros([2], { dtype: 'float64' }))).toThrow(
      new DTypeError('assigned grad has data of a different type: expected float32, got float64'),
    );
    expect(assign(parameter)).toThrow(new ArgumentError("can't assign Parameter as its own grad"));
    for (const value of [undefined, [0, 0], { data: new Float32Array(2), shape: [2] }]) {
      expect(assign(value)).toThrow(ArgumentError);
    }
    expect(parameter.grad).toBe(grad);
  });
});

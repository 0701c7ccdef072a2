import type { Tensor } from "../tensor/index.ts";
import type { OptionKinds } from "../util/index.ts";
import { Activation } from "./activation-layer.ts";
import * as F from "./functional/activations-smooth.ts";

/**
 * x·Φ(x), element by element; see `F.gelu`.
 *
 * @example
 * const out = new nn.GELU({ approximate: "tanh" }).forward(tensor([-1, 0, 2])); // [-0.1588, 0, 1.955]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.GELU.html
 */
export class GELU extends Activation<F.GELUOptions> {
  protected static override readonly optionKinds: OptionKinds<F.GELUOptions> = F.GELU_OPTIONS;

  forward(input: Tensor): Tensor {
    return F.gelu(input, this.options);
  }
}

/**
 * x·sigmoid(x), element by element.
 *
 * @example
 * const out = new nn.SiLU().forward(tensor([-1, 0, 2])); // [-0.2689, 0, 1.762]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.SiLU.html
 */
export class SiLU extends Activation {
  forward(input: Tensor): Tensor {
    return F.silu(input);
  }
}

/**
 * x·tanh(softplus(x)), element by element.
 *
 * @example
 * const out = new nn.Mish().forward(tensor([-1, 0, 2])); // [-0.3034, 0, 1.944]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Mish.html
 */
export class Mish extends Activation {
  forward(input: Tensor): Tensor {
    return F.mish(input);
  }
}

/**
 * ln(1 + e^(beta·x)) / beta, element by element; see `F.softplus`.
 *
 * @example
 * const out = new nn.Softplus({ beta: 2 }).forward(tensor([-1, 0, 2])); // [0.06346, 0.3466, 2.009]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Softplus.html
 */
export class Softplus extends Activation<F.SoftplusOptions> {
  protected static override readonly optionKinds: OptionKinds<F.SoftplusOptions> = F.SOFTPLUS_OPTIONS;

  forward(input: Tensor): Tensor {
    return F.softplus(input, this.options);
  }
}

/**
 * x / (1 + |x|), element by element.
 *
 * @example
 * const out = new nn.Softsign().forward(tensor([-1, 0, 2])); // [-0.5, 0, 0.6667]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Softsign.html
 */
export class Softsign extends Activation {
  forward(input: Tensor): Tensor {
    return F.softsign(input);
  }
}

/**
 * ln sigmoid(x), element by element.
 *
 * @example
 * const out = new nn.LogSigmoid().forward(tensor([-1, 0, 2])); // [-1.313, -0.6931, -0.1269]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.LogSigmoid.html
 */
export class LogSigmoid extends Activation {
  forward(input: Tensor): Tensor {
    return F.logsigmoid(input);
  }
}

/**
 * x − tanh(x), element by element.
 *
 * @example
 * const out = new nn.Tanhshrink().forward(tensor([-1, 0, 2])); // [-0.2384, 0, 1.036]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.Tanhshrink.html
 */
export class Tanhshrink extends Activation {
  forward(input: Tensor): Tensor {
    return F.tanhshrink(input);
  }
}

/**
 * x, or alpha·(eˣ − 1) where x ≤ 0.
 *
 * @example
 * const out = new nn.ELU({ alpha: 0.5 }).forward(tensor([-1, 0, 2])); // [-0.3161, 0, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.ELU.html
 */
export class ELU extends Activation<F.ELUOptions> {
  protected static override readonly optionKinds: OptionKinds<F.ELUOptions> = F.ELU_OPTIONS;

  forward(input: Tensor): Tensor {
    return F.elu(input, this.options);
  }
}

/**
 * x, or alpha·(e^(x/alpha) − 1) where x ≤ 0.
 *
 * @example
 * const out = new nn.CELU({ alpha: 0.5 }).forward(tensor([-1, 0, 2])); // [-0.4323, 0, 2]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.CELU.html
 */
export class CELU extends Activation<F.ELUOptions> {
  protected static override readonly optionKinds: OptionKinds<F.ELUOptions> = F.ELU_OPTIONS;

  forward(input: Tensor): Tensor {
    return F.celu(input, this.options);
  }
}

/**
 * 1.0507·elu(x) with alpha 1.6733.
 *
 * @example
 * const out = new nn.SELU().forward(tensor([-1, 0, 2])); // [-1.111, 0, 2.101]
 * @source https://docs.pytorch.org/docs/stable/generated/torch.nn.SELU.html
 */
export class SELU extends Activation {
  forward(input: Tensor): Tensor {
    return F.selu(input);
  }
}

import type { Tensor } from "../tensor/index.ts";
import { Activation } from "./activation-layer.ts";
import * as F from "./functional/activations-smooth.ts";

/** x·Φ(x), element by element; see `F.gelu`. */
export class GELU extends Activation<F.GELUOptions> {
  forward(input: Tensor): Tensor {
    return F.gelu(input, this.options);
  }
}

/** x·sigmoid(x), element by element. */
export class SiLU extends Activation {
  forward(input: Tensor): Tensor {
    return F.silu(input);
  }
}

/** x·tanh(softplus(x)), element by element. */
export class Mish extends Activation {
  forward(input: Tensor): Tensor {
    return F.mish(input);
  }
}

/** ln(1 + e^(beta·x)) / beta, element by element; see `F.softplus`. */
export class Softplus extends Activation<F.SoftplusOptions> {
  forward(input: Tensor): Tensor {
    return F.softplus(input, this.options);
  }
}

/** x / (1 + |x|), element by element. */
export class Softsign extends Activation {
  forward(input: Tensor): Tensor {
    return F.softsign(input);
  }
}

/** ln sigmoid(x), element by element. */
export class LogSigmoid extends Activation {
  forward(input: Tensor): Tensor {
    return F.logsigmoid(input);
  }
}

/** x − tanh(x), element by element. */
export class Tanhshrink extends Activation {
  forward(input: Tensor): Tensor {
    return F.tanhshrink(input);
  }
}

/** x, or alpha·(eˣ − 1) where x ≤ 0. */
export class ELU extends Activation<F.ELUOptions> {
  forward(input: Tensor): Tensor {
    return F.elu(input, this.options);
  }
}

/** x, or alpha·(e^(x/alpha) − 1) where x ≤ 0. */
export class CELU extends Activation<F.ELUOptions> {
  forward(input: Tensor): Tensor {
    return F.celu(input, this.options);
  }
}

/** 1.0507·elu(x) with alpha 1.6733. */
export class SELU extends Activation {
  forward(input: Tensor): Tensor {
    return F.selu(input);
  }
}

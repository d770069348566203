"""Rows of what PyTorch has since 1.1: every function with every argument. Of changed.py's kind, on its map and its row."""
_MAP, _ROW = (2, 3, 6, 7), (2, 3, 9)
MORE = {
    "NaN and infinities": (
        _ROW, "lambda x: torch.nan_to_num(torch.sqrt(x)) + torch.nan_to_num(torch.log(F.relu(x)), 0.25, 2.0, -5.0) "
              "+ (-torch.log(F.relu(x))).nan_to_num(nan=0.5, posinf=1.5) + torch.sqrt(x).nan_to_num(0.5) "
              "+ torch.sqrt(x).clone().nan_to_num_(nan=1.5)"),
    "NaN told": (
        _ROW, "lambda x: x * torch.sqrt(x).isnan() + x * x.isfinite() + torch.log(F.relu(x)).isinf() * x "
              "+ torch.nansum(torch.sqrt(torch.sin(x * 9)), 1, keepdim=True) + "
              "torch.nanmean(torch.sqrt(torch.sin(x * 9)), dim=(1, 2), keepdim=True) + torch.nanmean(torch.sqrt(torch.sin(x * 9)))"),
    "norms of vectors": (
        _MAP, "lambda x: torch.linalg.norm(x, dim=1, keepdim=True) + torch.linalg.norm(x) + torch.linalg.vector_norm(x, 1, (2, 3), "
              "True) + torch.linalg.vector_norm(x, ord=float('inf'), dim=2, keepdim=True) + torch.linalg.vector_norm(x) "
              "+ torch.linalg.vector_norm(x, -float('inf'), dim=(1, 3), keepdim=True) + torch.linalg.norm(x, 3, dim=-1, "
              "keepdim=True) + torch.linalg.vector_norm(x, 2.5, dim=1, keepdim=True, dtype=torch.float32) "
              "+ torch.linalg.norm(x - x[..., :1], 0, dim=3, keepdim=True) + torch.linalg.norm(x[0, 0, 0], 1)"),
    "norms of matrices": (
        _MAP, "lambda x: x + sum(torch.linalg.matrix_norm(x, ord, keepdim=True) for ord in ('fro', 1, -1, float('inf'), "
              "-float('inf'))) + torch.linalg.norm(x, dim=(2, 3), keepdim=True) + torch.linalg.matrix_norm(x, 1, (1, 3))[:, None, :, "
              "None] + torch.linalg.norm(x, float('inf'), dim=(-1, 1), keepdim=True) + torch.linalg.norm(x[0, 1], 1) "
              "+ torch.linalg.norm(x, 'fro', (0, 2))[:, None]"),
    "products of linalg": (
        _MAP, "lambda x: torch.linalg.vecdot(x, x * 2).unsqueeze(3) + torch.linalg.vecdot(x, x, dim=1).unsqueeze(1) "
              "+ torch.linalg.multi_dot([x[0, 0], x[0, 1].mT, x[1, 0]]) + torch.linalg.matmul(x, x.mT).sum() "
              "+ torch.linalg.diagonal(x).sum(2)[..., None, None] + torch.linalg.diagonal(x, offset=1, dim1=1, dim2=2).sum()"),
    "distances of each to each": (
        _MAP, "lambda x: torch.cdist(x, x[..., 1:4, :] * 0.5)[..., :1] + torch.cdist(x, x[:, :1] * 0.5, p=1.0)[..., :1] "
              "+ torch.cdist(x, x * 0.5, float('inf'))[..., 1:2] + torch.cdist(x, x * 0.5, p=3, "
              "compute_mode='donot_use_mm_for_euclid_dist')[..., 2:3] + torch.cdist(x, x * 0.5, p=0)[..., 1:2] "
              "+ torch.cdist(x[0, 0], x[1, 0])[:, :1] + x"),
    "convolutions by words": (
        _MAP, "lambda x: F.conv2d(x, weights(3, 3, 3, 2), weights(3), padding='same', dilation=2) "
              "+ F.conv2d(x, weights(3, 1, 3, 4), None, 1, 'same', 1, 3) + F.conv2d(x, weights(3, 3, 3, 3), padding='valid', "
              "stride=(2, 1))[..., :1, :1]"),
    "convolutions of rows by words": (
        _ROW, "lambda x: F.conv1d(x, weights(3, 3, 4), weights(3), padding='same', dilation=2) + F.conv1d(x, weights(3, 3, 3), "
              "padding='valid')[..., :1] + F.conv1d(x, weights(3, 3, 19), padding='same')"),
    "variances by a correction": (
        _MAP, "lambda x: x.std(dim=1, correction=0, keepdim=True) + x.var(dim=(1, 2), correction=2, keepdim=True) "
              "+ torch.std(x, correction=0) + torch.var(x, dim=None, correction=3) + x.var(correction=1) "
              "+ torch.std(x, dim=-1, correction=1.5, keepdim=True) + x.var(1, False, True) + x.std((2, 3), unbiased=False)"
              "[..., None, None] + torch.var(x, False) + x.std()"),
    "variances beside means": (
        _MAP, "lambda x: sum(torch.std_mean(x, dim=1, keepdim=True)) + sum(torch.var_mean(x, (2, 3), keepdim=True, correction=0)) "
              "+ sum(torch.var_mean(x, 1, False, True)) + sum(torch.std_mean(x)) + sum(torch.var_mean(x, unbiased=False)) "
              "+ sum(torch.std_mean(x, False))"),
    "axes at once": (
        _MAP, "lambda x: x * torch.any(x > 0.9, dim=(1, 2), keepdim=True) + x * (x > -0.9).all((2, 3), True) "
              "+ x.mean(dim=None) + torch.sum(x, dim=None, keepdim=True) + x.mean(None) + x[:, :1, :1].squeeze((1, 2)).sum() "
              "+ torch.squeeze(x[:, :1], dim=(0, 1)).sum() + x * (x > 0).any() + torch.all(x > -2)"),
    "both ends": (
        _MAP, "lambda x: torch.aminmax(x)[0] + torch.aminmax(x, dim=1, keepdim=True).max + x.aminmax(dim=-1, keepdim=True).min"),
    "limits that are tensors": (
        _ROW, "lambda x: torch.clamp(x, torch.tensor(-0.5), torch.tensor(0.5)) + torch.clamp(x, min=weights(9), max=weights(9) + 1) "
              "+ x.clamp(weights(3, 1)) + x.clamp(max=weights(9)) + torch.clip(x, weights(9), None) + x.clamp_min(weights(9)) "
              "+ torch.clamp_max(x, weights(9)) + x.clamp_min(0.1) + x.clone().clip_(0, 1) + torch.clamp(x, 1, -1) * x"),
    "pieces": (
        _MAP, "lambda x: sum(each.sum() * n for n, each in enumerate(torch.tensor_split(x, 4, dim=2))) * x "
              "+ x.tensor_split((1, 3, 9), 3)[1].sum() + torch.tensor_split(x, (-2,), dim=3)[1].sum() + x.chunk(4, dim=3)[3] "
              "+ torch.hsplit(x, 3)[1] + torch.vsplit(x, 2)[1] + x.dsplit((2, 4))[1].sum() + x.split([1, 5], dim=2)[0]"),
    "joined by more names": (
        _MAP, "lambda x: torch.concatenate([x, x * 2], dim=1)[:, 2:5] + torch.dstack([x, x])[:, :, 3:9] "
              "+ torch.column_stack([x[0, 0, 0], x[0, 0, 1]]).sum(0)[1] + torch.column_stack([x, x * 3])[:, 3:] "
              "+ torch.row_stack([x[0, 0, 0], x[0, 0, 1]])[1] + torch.atleast_1d(x.sum())[0] + torch.atleast_2d(x[0, 0, 0])[0] "
              "+ torch.atleast_3d(x[0, 0])[:, :, 0]"),
    "steps": (
        _MAP, "lambda x: x[..., 1:].sum() + torch.diff(x).sum(3, keepdim=True) + x.diff(n=2, dim=2)[:, :, 1:2] "
              "+ torch.diff(x, prepend=x[..., :1]) + x.diff(dim=1, append=x[:, :1]) + torch.fliplr(x) * x.flipud()"),
    "taken along an axis": (
        _MAP, "lambda x: torch.take_along_dim(x, x.argmax(1, keepdim=True), dim=1) + x.take_along_dim(torch.tensor([[[[2]]]]), 1) "
              "+ torch.take_along_dim(x, torch.tensor([5, 7]))[1]"),
    "whose axes": (
        _MAP, "lambda x: torch.broadcast_tensors(x[0], x[:, :, :1], x)[1] "
              "+ x * x.ndim + x * torch.broadcast_shapes((3, 1), (1, 7), 7)[1] "
              "+ x @ x.mH @ x * x.adjoint()[:, :, :1, :1]"),
    "parts in order": (
        _ROW, "lambda x: list(nn.ModuleDict({'z': nn.ReLU(), 'a': nn.Tanh()}).values())[0](x) + "
              "list(nn.ModuleDict([['b', nn.Sigmoid()], ['a', nn.Tanh()]]).values())[0](x) "
              "+ list(nn.ParameterDict({'z': torch.ones(1) * 2, 'a': torch.ones(1)}).values())[0].requires_grad_(False) * x"),
    "containers": (
        _ROW, "lambda x: nn.Sequential(nn.ReLU()).extend([nn.Tanh(), nn.Sigmoid()])(x) + nn.Sequential(nn.ReLU(), nn.Tanh()).insert("
              "0, nn.Softplus())(x) + (nn.Sequential(nn.ReLU()) + nn.Sequential(nn.Tanh()))(x) + nn.Sequential(*(nn.ModuleList("
              "[nn.ReLU()]) + [nn.Tanh()]))(x) + nn.ModuleList([nn.ReLU(), nn.Tanh()]).pop(1)(x) + nn.Sequential(nn.Tanh(), "
              "nn.ReLU()).pop(0)(x) + next(iter(reversed(nn.ModuleList([nn.ReLU(), nn.Sigmoid()]))))(x)"),
    "parameters in containers": (
        _ROW, "lambda x: x * nn.ParameterDict({'z': torch.ones(1) * 2}).get('z').requires_grad_(False) + x * nn.ParameterList([torch.ones(9) * 3, "
              "torch.ones(9)])[:1][0].requires_grad_(False) + sum(each.requires_grad_(False) for each in nn.ParameterList(torch.ones(9) * n for n in range(3)))"
              " + (nn.ParameterDict({'a': torch.ones(1)}) | {'b': torch.ones(1) * 5})['b'].requires_grad_(False) * x + nn.ParameterDict("
              "{'a': torch.ones(1)}).setdefault('c', torch.ones(1) * 7).requires_grad_(False) + nn.ParameterDict({'b': torch.ones(1), 'a': "
              "torch.ones(1) * 4}).popitem()[1].requires_grad_(False) + nn.ParameterDict({'b': torch.ones(9) * 6}).copy()['b'].requires_grad_(False)"),
    "parts by name": (
        _ROW, "lambda x: nn.Sequential(nn.Sequential(nn.ReLU())).get_submodule('0.0')(x) "
              "+ nn.BatchNorm1d(9, affine=False).get_buffer('running_var') + nn.Sequential(nn.Tanh()).to(memory_format=torch."
              "channels_last)(x) + x.unsqueeze(0).to(memory_format=torch.channels_last)[0]"),
    "what only training or a compiler asks of it": (
        _ROW, "lambda x: torch.utils.checkpoint.checkpoint(lambda x: x * 2, x, use_reentrant=False) + x * (not torch.compiler."
              "is_compiling()) + x * (not torch.backends.mps.is_available()) + (torch._assert(True, 'no') or x) "
              "+ (torch.set_float32_matmul_precision('high') or x)"),
    "sizes by more names": (_MAP, "lambda x: torch.asarray([1.0, 2, 3])[:, None, None] * x"),
    "arithmetic by more names": (
        _ROW, "lambda x: torch.arctan(x) + torch.sin(x).mul(0.9).arcsin() + torch.arccos(torch.sin(x) * 0.9) "
              "+ torch.fix(x * 3) + torch.sgn(x) "
              "+ torch.positive(x) + (+x) + torch.arctanh(torch.sin(x) * 0.5) + torch.sin(x * 0.25).mul(0.9).atanh() "
              "+ x.clone().square_() "
              "+ torch.deg2rad(x * 90) + x.rad2deg() * 0.01"),
    "compared by more names": (
        _ROW, "lambda x: x * torch.not_equal(x, 0.0) + x * x.greater(0.5) + x * torch.greater_equal(x, whole / 9) "
              "+ torch.less(x, 0.5) * x + torch.less_equal(x, 0.1) * x + x * torch.logical_xor(x > 0, x > 0.5) "
              "+ x * torch.isin(whole, torch.tensor([1, 3])) + x.where(x > 0, 0.25) + x.where(x > 0, x * 2)"),
    "curves": (
        _ROW, "lambda x: torch.sinc(x) + torch.sinc(F.relu(x)) + torch.logit(torch.sin(x) * 0.3 + 0.5) + x.logit(eps=0.125) "
              "+ torch.logaddexp(x, x * 2)"),
    "logarithms of sums that are none": (
        _ROW, "lambda x: torch.logaddexp(torch.tensor([0.0, -float('inf')]), torch.tensor([-float('inf'), -float('inf')])).exp()"
              "[1] + x"),
    "between boundaries": (
        _ROW, "lambda x: torch.bucketize(x, torch.arange(5.0) / 5) * x + torch.bucketize(whole, torch.tensor([1, 3, 5]), right=True) "
              "+ torch.bucketize(x, torch.arange(3.0), out_int32=True)"),
    "remainders of numbers": (_ROW, "lambda x: x + 7 % (whole + 1) + 7.5 % (whole + 2.5)"),
    "special": (
        _ROW, "lambda x: torch.special.expit(x) + torch.special.erf(x) + torch.special.exp2(x) "
              "+ torch.special.expm1(x) + torch.special.log1p(x * x) + torch.special.logit(torch.sin(x) * 0.3 + 0.5) "
              "+ torch.special.ndtr(x) "
              "+ torch.special.logsumexp(x, 1, keepdim=True) + torch.special.round(x * 3) + torch.special.sinc(x) "
              "+ torch.special.softmax(x, dim=1) + torch.special.log_softmax(x, 2)"),
    "numbers of names": (_ROW, "lambda x: x * torch.pi + x * torch.e + (x < torch.inf) * x + x[:, torch.newaxis, 0] "
                               "+ x * (torch.nan != 1)"),
    "rounded quotients": (
        _ROW, "lambda x: torch.div(x * 7, 2, rounding_mode='floor') + (x * 7).div(0.5, rounding_mode='trunc') "
              "+ torch.div(-whole, 2, rounding_mode='floor') + torch.div(-whole, 2, rounding_mode='trunc') * 0.5 "
              "+ x.div(2, rounding_mode=None)"),
    "heads that share": (
        _ROW, "lambda x: F.scaled_dot_product_attention(weights(2, 6, 3, 9), weights(2, 2, 3, 9), x[:, 1:].unsqueeze(2) * "
              "weights(3, 1), enable_gqa=True).sum(1) + F.scaled_dot_product_attention(x, x[:, :2], x[:, :2], None, 0.0, True)"),
    "norms by a function": (
        _ROW, "lambda x: F.rms_norm(x, (9,)) + F.rms_norm(x, [3, 9], weights(3, 9), eps=1e-3) + F.dropout1d(x, 0.5, False)"),
    "channels shuffled": (
        _MAP, "lambda x: F.channel_shuffle(torch.cat([x, x * 2], 1), 2)[:, 1:4] + nn.ChannelShuffle(3)(x) "
              "+ nn.Dropout1d().eval()(x[0])"),
    "rows padded by modules": (
        _ROW, "lambda x: nn.ZeroPad1d((2, 1))(x)[..., :9] + nn.CircularPad1d(2)(x)[..., 4:] + nn.CircularPad1d((3, 1))(x)[..., :9]"),
    "maps padded by modules": (_MAP, "lambda x: nn.CircularPad2d((1, 2, 3, 0))(x)[..., :6, :7] + nn.CircularPad2d(1)(x)[..., 2:, 2:]"),
    "pixels repeated": (
        _MAP, "lambda x: F.interpolate(x, scale_factor=2.0, mode='nearest-exact') + F.interpolate(x, (12, 14), mode='nearest-exact') "
              "+ F.pad(x, (3, 4, 6, 0), value=None)"),
}

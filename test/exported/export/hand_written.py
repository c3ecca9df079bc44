"""Modules as PyTorch's users write them, for recurrent_networks.py.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import torch
import torch.nn.functional as F
import torchaudio
import torchvision
from torch import nn


class Tagger(nn.Module):
    def __init__(self, kind, takes_last=False, **more):
        super().__init__()
        self.embedding = nn.Embedding(30, 10)
        self.rnn = kind(10, 12, batch_first=True, **more)
        self.takes_last = takes_last
        width = 24 if more.get("bidirectional") else 12
        self.head = nn.Linear(12 if takes_last else width, 5)

    def forward(self, tokens):
        y, state = self.rnn(self.embedding(tokens))
        if self.takes_last:
            h = state[0] if isinstance(state, tuple) else state
            y = h[-1]
        return self.head(y)


class Packed(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.rnn = kind(6, 8, batch_first=True, bidirectional=True)
        self.head = nn.Linear(16, 4)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths,
                                                   batch_first=True)
        y, _ = self.rnn(packed)
        y, _ = nn.utils.rnn.pad_packed_sequence(y, batch_first=True)
        return self.head(y)


class Stateful(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(6, 12, batch_first=True)

    def forward(self, x, h, c):
        y, (h, c) = self.rnn(x, (h, c))
        return y, h, c


class Cells(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.gru = nn.LSTMCell(6, 8), nn.GRUCell(8, 8)

    def forward(self, x):
        h = x.new_zeros(x.shape[0], 8)
        c, g = torch.zeros_like(h), torch.zeros_like(h)
        outputs = []
        for t in range(x.shape[1]):
            h, c = self.lstm(x[:, t], (h, c))
            g = self.gru(h, g)
            outputs.append(g)
        return torch.stack(outputs, 1)


class Seq2Seq(nn.Module):
    """With attention over the encoder's outputs."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(30, 12)
        self.encoder = nn.GRU(12, 16, batch_first=True)
        self.decoder = nn.GRU(12, 16, batch_first=True)
        self.head = nn.Linear(32, 30)

    def forward(self, source, target):
        memory, state = self.encoder(self.embedding(source))
        y, _ = self.decoder(self.embedding(target), state)
        weights = torch.bmm(y, memory.transpose(1, 2)).softmax(-1)
        return self.head(torch.cat([y, torch.bmm(weights, memory)], -1))


class ConvLSTM(nn.Module):
    def __init__(self, channels=6):
        super().__init__()
        self.channels = channels
        self.gates = nn.Conv2d(2 + channels, 4 * channels, 3, padding=1)

    def forward(self, video):
        n, steps, _, height, width = video.shape
        h = video.new_zeros(n, self.channels, height, width)
        c = torch.zeros_like(h)
        for t in range(4):
            gates = self.gates(torch.cat([video[:, t], h], 1))
            i, f, o, g = gates.chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
        return h


class GreedyDecoder(nn.Module):
    """A loop whose number of steps depends on data."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 12)
        self.layer, self.head = nn.Linear(12, 12), nn.Linear(12, 20)

    def forward(self, start):
        token = start
        state = self.embedding(start) * 0
        tokens = start.unsqueeze(0)
        step = 0
        while step < 8 and bool((token != 3).any()):
            state = torch.tanh(self.layer(state + self.embedding(token)))
            token = self.head(state).argmax(-1)
            tokens = torch.cat([tokens, token.unsqueeze(0)], 0)
            step += 1
        return tokens, state


def small_wav2letter():
    module = torchaudio.models.Wav2Letter(12, "waveform", 1)

    def narrow(part, inputs):
        for name, child in part.named_children():
            if isinstance(child, nn.Conv1d):
                outputs = 12 if child.out_channels == 12 else min(
                    child.out_channels, 16)
                setattr(part, name, nn.Conv1d(
                    inputs, outputs, child.kernel_size, child.stride,
                    child.padding))
                inputs = outputs
            else:
                inputs = narrow(child, inputs)
        return inputs
    narrow(module, 1)
    return module


class LogSpectrum(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("window", torch.hann_window(64))
        self.conv = nn.Conv1d(33, 8, 3, padding=1)

    def forward(self, wave):
        spectrum = torch.view_as_real(torch.stft(
            wave, 64, 32, window=self.window, center=False,
            return_complex=True))
        power = spectrum.pow(2).sum(-1)
        return self.conv(torch.log(power + 1e-3))


class HifiGan(nn.Module):
    """Transposed convolutions and dilated residuals up to a waveform."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv1d(12, 16, 7, padding=3)
        self.ups = nn.ModuleList(
            [nn.ConvTranspose1d(16, 8, 8, 4, 2), nn.ConvTranspose1d(8, 4, 4, 2,
                                                                    1)])
        self.residuals = nn.ModuleList(
            [nn.ModuleList([nn.Conv1d(c, c, 3, dilation=d, padding=d)
                            for d in (1, 3, 5)]) for c in (8, 4)])
        self.last = nn.Conv1d(4, 1, 7, padding=3)

    def forward(self, mel):
        x = self.first(mel)
        for up, residuals in zip(self.ups, self.residuals):
            x = up(F.leaky_relu(x, 0.1))
            for residual in residuals:
                x = x + residual(F.leaky_relu(x, 0.1))
        return torch.tanh(self.last(F.leaky_relu(x)))


class TemporalConvolutions(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(
            [nn.utils.parametrizations.weight_norm(
                nn.Conv1d(6, 6, 3, dilation=2 ** i, padding=2 * 2 ** i))
             for i in range(3)])

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x = x + F.relu(layer(x)[:, :, :-2 * 2 ** i])
        return x


class UNet(nn.Module):
    def __init__(self, is_transposed=False):
        super().__init__()

        def block(inputs, outputs):
            return nn.Sequential(
                nn.Conv2d(inputs, outputs, 3, padding=1),
                nn.BatchNorm2d(outputs), nn.ReLU(),
                nn.Conv2d(outputs, outputs, 3, padding=1),
                nn.InstanceNorm2d(outputs, affine=True), nn.PReLU(outputs))
        self.down = nn.ModuleList([block(1, 6), block(6, 12), block(12, 20)])
        self.up = nn.ModuleList([block(32, 12), block(18, 6)])
        self.transposed = nn.ModuleList(
            [nn.ConvTranspose2d(20, 20, 2, 2), nn.ConvTranspose2d(12, 12, 2,
                                                                  2)])
        self.is_transposed = is_transposed
        self.head = nn.Conv2d(6, 3, 1)

    def forward(self, x):
        kept = []
        for i, block in enumerate(self.down):
            x = block(x if i == 0 else F.max_pool2d(x, 2))
            kept.append(x)
        for i, block in enumerate(self.up):
            other = kept[1 - i]
            if self.is_transposed:
                x = self.transposed[i](x)
            else:
                x = F.interpolate(x, size=other.shape[2:], mode="bilinear",
                                  align_corners=i == 1)
            x = block(torch.cat([x, other], 1))
        return self.head(x)


class Yolo(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 6, 2, 2), nn.BatchNorm2d(8),
                                  nn.SiLU())
        self.down = nn.ModuleList(
            [nn.Sequential(nn.Conv2d(i, o, 3, 2, 1), nn.BatchNorm2d(o),
                           nn.SiLU()) for i, o in ((8, 16), (16, 24),
                                                   (24, 32))])
        self.heads = nn.ModuleList([nn.Conv2d(c, 21, 1) for c in (24, 32)])
        self.merge = nn.Conv2d(56, 24, 1)
        self.register_buffer("anchors", torch.tensor(
            [[[10., 13.], [16, 30], [33, 23]], [[30, 61], [62, 45],
                                                [59, 119]]]))

    def forward(self, image):
        x = self.stem(image)
        kept = []
        for layer in self.down:
            x = layer(x)
            kept.append(x)
        pools = [kept[-1]]
        for _ in range(2):
            pools.append(F.max_pool2d(pools[-1], 5, 1, 2))
        deep = kept[-1] + pools[1] * 0.5 + pools[2] * 0.25
        wide = self.merge(torch.cat([F.interpolate(deep, scale_factor=2.0),
                                     kept[-2]], 1))
        found = []
        for i, (head, x) in enumerate(zip(self.heads, (wide, deep))):
            y = head(x)
            n, _, h, w = y.shape
            y = y.view(n, 3, 7, h, w).permute(0, 1, 3, 4, 2).contiguous()
            ys, xs = torch.meshgrid(torch.arange(h), torch.arange(w),
                                    indexing="ij")
            grid = torch.stack((xs, ys), 2).to(y.dtype).view(1, 1, h, w, 2)
            y = y.sigmoid()
            stride = 8.0 * 2 ** i
            centre = (y[..., :2] * 2 - 0.5 + grid) * stride
            size = (y[..., 2:4] * 2) ** 2 * self.anchors[i].view(1, 3, 1, 1, 2)
            found.append(torch.cat((centre, size, y[..., 4:]), -1)
                         .view(n, -1, 7))
        return torch.cat(found, 1)


class YoloWithNms(Yolo):
    def forward(self, image):
        found = super().forward(image)[0]
        boxes, scores = found[:, :4], found[:, 4] * found[:, 5:].amax(1)
        half = boxes[:, 2:] / 2
        corners = torch.cat((boxes[:, :2] - half, boxes[:, :2] + half), 1)
        keep = torchvision.ops.nms(corners, scores, 0.5)
        return corners[keep], scores[keep]


class Translator(nn.Module):
    """nn.Transformer with a causal mask."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(30, 16)
        self.transformer = nn.Transformer(16, 4, 1, 1, 32, batch_first=True)
        self.head = nn.Linear(16, 30)

    def forward(self, source, target):
        length = target.shape[1]
        mask = torch.full((length, length), float("-inf")).triu(1)
        return self.head(self.transformer(
            self.embedding(source), self.embedding(target), tgt_mask=mask))


class Bags(nn.Module):
    def __init__(self):
        super().__init__()
        self.bag = nn.EmbeddingBag(30, 8, mode="mean")
        self.head = nn.Linear(8, 4)

    def forward(self, tokens):
        return self.head(self.bag(tokens))


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.ConvTranspose2d(8, 16, 4, 1, 0, bias=False), nn.BatchNorm2d(16),
            nn.ReLU(), nn.ConvTranspose2d(16, 8, 4, 2, 1, bias=False),
            nn.GroupNorm(2, 8), nn.LeakyReLU(0.2),
            nn.ConvTranspose2d(8, 3, 5, 3, 2, output_padding=1), nn.Tanh())

    def forward(self, noise):
        return self.layers(noise[:, :, None, None])


class PointNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.transform = nn.Sequential(nn.Conv1d(3, 16, 1), nn.ReLU(),
                                       nn.AdaptiveMaxPool1d(1), nn.Flatten(),
                                       nn.Linear(16, 9))
        self.features = nn.Sequential(nn.Conv1d(3, 16, 1), nn.BatchNorm1d(16),
                                      nn.ReLU(), nn.Conv1d(16, 32, 1))
        self.head = nn.Linear(48, 5)

    def forward(self, points):
        matrix = self.transform(points).view(-1, 3, 3) + torch.eye(3)
        x = torch.bmm(matrix, points)
        x = self.features(x)
        whole = x.amax(2)
        return self.head(torch.cat([whole, x[:, :16].mean(2)], 1))


class GraphConvolutions(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(6, 8), nn.Linear(8, 4)])

    def forward(self, x, edges):
        source, target = edges[0], edges[1]
        for layer in self.layers:
            x = layer(x)
            degree = torch.ones(x.shape[0]).index_add(
                0, target, torch.ones_like(target, dtype=torch.float32))
            messages = x[source] / degree[source].sqrt()[:, None]
            x = x + torch.zeros_like(x).index_add(0, target, messages)
            x = F.elu(x)
        return x


class SpatialTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.locate = nn.Sequential(nn.Conv2d(1, 4, 5, 2), nn.ReLU(),
                                    nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                                    nn.Linear(4, 6))
        self.conv = nn.Conv2d(1, 4, 3)

    def forward(self, image):
        theta = self.locate(image).view(-1, 2, 3) * 0.1 + torch.eye(2, 3)
        grid = F.affine_grid(theta, image.shape, align_corners=False)
        return self.conv(F.grid_sample(image, grid, align_corners=False))


class SuperResolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList(
            [nn.Conv2d(1, 16, 5, padding=2), nn.Conv2d(16, 12, 3, padding=1),
             nn.Conv2d(12, 9, 3, padding=1)])

    def forward(self, image):
        x = F.gelu(self.convs[0](image))
        x = F.hardswish(self.convs[1](x))
        return F.pixel_shuffle(self.convs[2](x), 3).clamp(0, 1)


class VectorQuantised(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Conv2d(3, 8, 4, 2, 1)
        self.codes = nn.Embedding(17, 8)
        self.decoder = nn.ConvTranspose2d(8, 3, 4, 2, 1)

    def forward(self, image):
        x = self.encoder(image).permute(0, 2, 3, 1)
        flat = x.reshape(-1, 8)
        distance = (flat.pow(2).sum(1, keepdim=True)
                    + self.codes.weight.pow(2).sum(1)
                    - 2 * flat @ self.codes.weight.t())
        index = distance.argmin(1)
        x = self.codes(index).view(x.shape).permute(0, 3, 1, 2)
        return self.decoder(x), index


class CachedAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv, self.out = nn.Linear(32, 96), nn.Linear(32, 32)

    def forward(self, x, keys, values):
        n, t, _ = x.shape
        q, k, v = (y.view(n, t, 4, 8).transpose(1, 2)
                   for y in self.qkv(x).chunk(3, -1))
        keys, values = torch.cat([keys, k], 2), torch.cat([values, v], 2)
        whole = keys.shape[2]
        places = torch.arange(whole)[None, :]
        mask = places <= torch.arange(whole - t, whole)[:, None]
        y = F.scaled_dot_product_attention(q, keys, values, attn_mask=mask)
        y = y.transpose(1, 2).reshape(n, t, 32)
        return self.out(y), keys, values


class Masks(nn.Module):
    """Masked pooling, cumulative sums, sorting."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(8, 6)

    def forward(self, x, lengths):
        mask = torch.arange(x.shape[1])[None, :] < lengths[:, None]
        y = self.layer(x).masked_fill(~mask[..., None], 0.0)
        total = y.cumsum(1)
        mean = y.sum(1) / lengths[:, None].to(y.dtype)
        top = y.topk(2, 2)[0].sum(-1)
        order = torch.where(mask, top, torch.full_like(top, -9.0)).argmax(1)
        picked = total.gather(1, order[:, None, None].expand(-1, 1, 6))
        return mean, picked, order
